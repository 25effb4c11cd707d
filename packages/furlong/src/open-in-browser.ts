import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** Programs that open a link with whatever the user has chosen for it, by platform; the first that is there. */
const openers: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  // Under WSL the browser is that of Windows.
  linux: ['wslview', 'xdg-open'],
}

/**
 * Opens a link in the user's browser.
 * @param link the link
 * @param env of the user: the way to programs, and whether there is a screen
 * @param platform default this one
 * @returns the program that opens it; undefined where nobody would see it: over SSH, or without a display
 */
export async function openInBrowser(
  link: string,
  env: Environment,
  platform: NodeJS.Platform = process.platform,
): Promise<string | undefined> {
  if (!hasScreen(env, platform)) return undefined
  const opener = openers[platform]?.find((name) => isOnPath(name, env))
  if (opener === undefined) return undefined
  const child = spawn(opener, [link], { env: { ...env }, stdio: 'ignore', detached: true })
  const isStarted = await new Promise<boolean>((resolve) => {
    child.once('spawn', () => resolve(true)).once('error', () => resolve(false))
  })
  // The browser may stay open for hours.
  child.unref()
  return isStarted ? opener : undefined
}

function hasScreen(env: Environment, platform: NodeJS.Platform): boolean {
  const isSet = (name: string): boolean => (env[name] ?? '') !== ''
  if (isSet('SSH_CONNECTION') || isSet('SSH_TTY')) return false
  return platform !== 'linux' || isSet('DISPLAY') || isSet('WAYLAND_DISPLAY') || isSet('WSL_DISTRO_NAME')
}

function isOnPath(name: string, env: Environment): boolean {
  return (env['PATH'] ?? '').split(delimiter).some((folder) => {
    if (folder === '') return false
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
