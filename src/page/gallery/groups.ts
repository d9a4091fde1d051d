import { PRESET_GROUPS, PRESETS, type Preset } from '../../experiment/presets.ts';

/** What the gallery calls each group of presets. */
export const GROUP_TEXTS: Readonly<Record<Preset['group'], string>> = {
  start: 'Start here',
  claims: 'What the papers claim',
  tasks: 'Every task',
  failures: 'Classic failures',
};

/** The presets of each group, with their names, in the gallery's order. */
export const presetsByGroup = (): {
  readonly group: Preset['group'];
  readonly presets: [string, Preset][];
}[] =>
  PRESET_GROUPS.map((group) => ({
    group,
    presets: [...PRESETS].filter(([, preset]) => preset.group === group),
  }));
