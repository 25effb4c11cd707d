import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runtimeFolder } from './runtimes.ts'

/**
 * Removes a folder of a function with all that the function left there.
 * @param folder The folder; it stays when the function made parts of it that its owner may not remove.
 */
export async function removeFolder(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  } catch {
    // What a function did to its temporary files must not keep the server from going on.
  }
}

/**
 * A small shell process that outlives the server by a moment: when its input ends, whatever ended the server,
 * it kills the process groups that are left, stopped ones too, and removes their folders.
 */
export class Watchdog {
  #folder: Promise<string> | undefined
  #shell: ChildProcess | undefined

  /**
   * Makes the folder that holds the folders of all environments, and starts the shell.
   * @returns The folder.
   */
  folder(): Promise<string> {
    this.#folder ??= this.#start()
    return this.#folder
  }

  /**
   * Watches a process group.
   * @param pid The id of the group.
   */
  add(pid: number): void {
    this.#shell?.stdin?.write(`+ ${pid}\n`)
  }

  /**
   * Forgets a process group that has ended.
   * @param pid The id of the group.
   */
  remove(pid: number): void {
    this.#shell?.stdin?.write(`- ${pid}\n`)
  }

  /** Ends the shell and removes the folder. */
  async close(): Promise<void> {
    const shell = this.#shell
    if (this.#folder === undefined) return
    const folder = await this.#folder
    if (shell !== undefined && shell.exitCode === null && shell.signalCode === null) {
      const ended = new Promise<void>((resolve) => shell.once('exit', () => resolve()))
      shell.ref()
      shell.stdin?.end()
      await ended
    }
    await removeFolder(folder)
  }

  async #start(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'furlong-'))
    if (process.platform === 'win32') return folder
    const shell = spawn('/bin/sh', [join(runtimeFolder, 'watchdog.sh'), folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      // Not in the server's group, so that Ctrl-C does not end it before its work is due.
      detached: true,
      // It needs `kill` and `rm`, whatever else the server's path leaves out.
      env: { PATH: `${process.env['PATH'] ?? ''}:/usr/bin:/bin` },
    })
    shell.on('error', () => {
      this.#shell = undefined
    })
    shell.stdin.on('error', () => {
      this.#shell = undefined
    })
    shell.unref()
    this.#shell = shell
    return folder
  }
}
