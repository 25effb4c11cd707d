/** `npm run docs [-- build|serve|update|check|links]`: the site of the documentation, in site/dist. */
import { fileURLToPath } from 'node:url'
import { checkBuilt } from './built.ts'
import { gather } from './gather.ts'
import { renderOutdated, update } from './generated.ts'
import { checkLinks } from './links.ts'
import { writeReference } from './reference.ts'
import { repositoryFile } from './repository.ts'
import { installTools, runTool } from './tools.ts'

const pagesFolder = fileURLToPath(repositoryFile('site/.pages'))
const builtFolder = fileURLToPath(repositoryFile('site/dist'))
const say = (line: string): boolean => process.stdout.write(`${line}\n`)

/** @returns whether all is well */
async function build(): Promise<boolean> {
  await installTools()
  gather(pagesFolder)
  await writeReference(`${pagesFolder}/api`)
  await runTool('vitepress/bin/vitepress.js', ['build', 'site'])
  const { pages, links, faults } = checkBuilt(builtFolder)
  for (const fault of faults) say(fault)
  say(`${pages} pages and ${links} links in ${builtFolder}, ${faults.length} at fault`)
  return faults.length === 0
}

const actions: Readonly<Record<string, () => Promise<boolean>>> = {
  build,
  serve: async () => {
    if (!(await build())) return false
    await runTool('vitepress/bin/vitepress.js', ['preview', 'site', '--host', '127.0.0.1'])
    return true
  },
  update: async () => {
    for (const file of await update()) say(`rewrote ${file}`)
    return true
  },
  check: async () => {
    const outdated = [...(await renderOutdated()).keys()]
    for (const file of outdated) say(`${file} is not what the code says. Try: npm run docs -- update`)
    const { broken, internal } = checkLinks()
    for (const fault of broken) say(fault)
    say(`${internal} internal links, ${broken.length} broken; ${outdated.length} pages not current`)
    return outdated.length + broken.length === 0
  },
  links: async () => {
    const { broken, internal, external } = checkLinks()
    for (const [link, files] of [...external].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      say(`${link}  ${[...new Set(files)].join(', ')}`)
    }
    for (const fault of broken) say(fault)
    say(
      `${internal} internal links, ${broken.length} broken; ${external.size} external addresses, not fetched`,
    )
    return broken.length === 0
  },
}

const [name = 'build'] = process.argv.slice(2)
const action = Object.hasOwn(actions, name) ? actions[name] : undefined
if (action === undefined) {
  process.stderr.write(`Usage: npm run docs -- <${Object.keys(actions).join('|')}>\n`)
  process.exitCode = 2
} else if (!(await action())) process.exitCode = 1
