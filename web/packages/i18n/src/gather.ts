/** Hangs each module's catalogue under the module's name: `catalogues/tasks/en.json` becomes `tasks.*`. */
export function gather(files: Record<string, Record<string, unknown>>): Record<string, Record<string, unknown>> {
  const messages: Record<string, Record<string, unknown>> = {}
  for (const [path, catalogue] of Object.entries(files)) {
    const module = path.split('/').at(-2)
    if (module) messages[module] = catalogue
  }
  return messages
}
