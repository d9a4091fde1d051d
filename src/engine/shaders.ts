/**
 * The WGSL files by their path below shaders/, e.g. "readout.wgsl" or "tasks/adding.wgsl". Whoever makes an engine
 * hands them in: a page bundles them as text, Node reads them from disk.
 */
export type ShaderSources = Readonly<Record<string, string>>;
