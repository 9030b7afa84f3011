/**
 * Imported before Ink: its layout engine would "fetch" its WebAssembly from a data URL, for which Node first loads its
 * whole HTTP client: 40 ms of the worker's start. Without fetch it decodes the text itself. Concerns this thread only.
 */
Reflect.deleteProperty(globalThis, 'fetch')
