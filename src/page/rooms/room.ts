/** What the frame gives to a room: what a link says of it, and a way to change that. */
export interface RoomProps {
  /** Values by name, as the link gives them, unknown names included: the room checks them. */
  readonly settings: Readonly<Record<string, string>>;
  /** Writes the settings into the address bar; the run goes on. */
  readonly onSettings: (settings: Readonly<Record<string, string>>) => void;
}
