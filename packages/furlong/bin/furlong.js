#!/usr/bin/env node
// Plain JavaScript that any Node can parse: a Node that is too old gets one clear sentence.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 13)) {
  process.stderr.write(
    `furlong needs Node 22.13 or later; this is Node ${process.versions.node}. Try: Node 24, from nodejs.org or your version manager.\n`,
  )
  process.exitCode = 2
} else {
  // Node 22 calls its SQLite experimental at every start; furlong's users have no use for that.
  const { emitWarning } = process
  process.emitWarning = (warning, ...rest) => {
    if (!String(warning).startsWith('SQLite is an experimental')) emitWarning.call(process, warning, ...rest)
  }
  // Compiled code is kept where only this user can put it: what lies in a shared folder could be another user's.
  const { XDG_CACHE_HOME, HOME } = process.env
  const cache = XDG_CACHE_HOME || (HOME && `${HOME}/.cache`)
  if (cache) (await import('node:module')).enableCompileCache(`${cache}/furlong`)
  const { main } = await import('#main')
  process.exitCode = await main(process.argv.slice(2))
}
