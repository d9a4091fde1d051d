import type { TestProject } from 'vitest/node';
import { buildSite, serveSite } from '../../scripts/site.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of the built site, with a slash at its end. */
    site: string;
  }
}

/** Builds the site, and serves it for as long as the tests run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await buildSite();
  const site = await serveSite();
  project.provide('site', site.address);
  return site.close;
}
