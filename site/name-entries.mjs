// A plugin for TypeDoc: modules are called as they are imported, not after the folders of their sources.
const names = JSON.parse(process.env.FURLONG_ENTRIES ?? '{}')

/** @param {{ converter: { on(event: string, listener: (context: { project: { children?: object[] } }) => void): void } }} app */
export function load(app) {
  app.converter.on('resolveBegin', ({ project }) => {
    for (const module of project.children ?? []) module.name = names[module.name] ?? module.name
  })
}
