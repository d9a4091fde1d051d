import type { Plugin } from 'vite';

/** What is in each page until its script has drawn it, for whoever sees that for long. React takes it away. */
const WORDS = `<div id="root">
      <div class="first-words">
        <p><strong>This page has not started yet.</strong> If it stays like this:</p>
        <ul>
          <li>
            If it is in a frame of another page, that frame may keep it from loading its files:
            <a href="" target="_blank" rel="noopener">open it in a tab of its own</a>. If this link does nothing, press it with
            the right button and choose a new tab.
          </li>
          <li>Update the browser: it takes Chrome or Edge 110, Firefox 115, Safari 16.4, or a newer one.</li>
          <li>Switch JavaScript on: everything is computed in this page itself.</li>
          <li>On a slow connection, wait, or load the page once more.</li>
        </ul>
      </div>
    </div>`;

const EMPTY = '<div id="root"></div>';

/** Puts words into every page that show where its script does not run. */
export const firstWords = (): Plugin => ({
  name: 'first-words',
  transformIndexHtml: {
    order: 'pre',
    handler(html, { path }) {
      if (!html.includes(EMPTY)) throw new Error(`${path} has no ${EMPTY}`);
      return html.replace(EMPTY, WORDS);
    },
  },
});
