import { useEffect, useId, useRef } from 'react';
import { create } from 'zustand';
import type { RoomLink } from '../../experiment/room.ts';
import { Part } from '../part/Part.tsx';
import { showRoom, useWorkbench } from '../workbench.ts';
import '../styles/rooms.css';

interface Room {
  readonly name: RoomLink['name'];
  readonly title: string;
  readonly text: string;
}

const ROOMS: readonly Room[] = [
  {
    name: 'reachability',
    title: 'Prove it',
    text: 'For every two numbers, not for samples of them: what a network can answer.',
  },
  {
    name: 'lookup',
    title: 'A picture in one number',
    text: 'Networks that keep a whole function in the digits of a few weights, and what training makes of them.',
  },
  {
    name: 'moments',
    title: 'Teacher and students',
    text: 'A hidden network, learned from averages of its answers, by SGD and by Path-SGD.',
  },
];

/** How often another part of the page has asked for a room: each time it comes into sight. */
const useAsked = create<{ readonly asked: number }>(() => ({ asked: 0 }));

/** Opens a room from another part of the page, and brings it into sight. */
export function openRoom(room: RoomLink): void {
  showRoom(room);
  useAsked.setState(({ asked }) => ({ asked: asked + 1 }));
}

/** Neighbours of Path-SGD in the literature: a room for each, of which one is open at a time. */
export function Rooms() {
  const room = useWorkbench((state) => state.view.room);
  const { asked } = useAsked();
  const section = useRef<HTMLElement>(null);
  const id = useId();
  const current = ROOMS.find(({ name }) => name === room?.name);
  useEffect(() => {
    if (asked > 0) section.current?.scrollIntoView({ block: 'start' });
  }, [asked]);
  return (
    <section ref={section} className="panel rooms" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>Next door</h2>
      <ul className="room-list">
        {ROOMS.map(({ name, title, text }) => {
          const open = name === room?.name;
          return (
            <li key={name}>
              <button
                type="button"
                aria-expanded={open}
                aria-controls={`${id}-content`}
                onClick={() => showRoom(open ? null : { name, settings: {} })}
              >
                {title}
              </button>
              <span>{text}</span>
            </li>
          );
        })}
      </ul>
      <div id={`${id}-content`}>
        {current && room && (
          <Part
            name={`page/${current.name}/Room.tsx`}
            title={`“${current.title}”`}
            waiting={<p className="panel-note">Loading</p>}
            props={{
              settings: room.settings,
              onSettings: (settings) => showRoom({ name: current.name, settings }),
            }}
          />
        )}
      </div>
    </section>
  );
}
