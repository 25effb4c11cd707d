import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeProcess, folderPrefix, listName, removeFolder, removeLeftovers } from './leftovers.ts'
import { runtimeFolder } from './runtimes.ts'

/**
 * A small shell process that outlives the server by a moment: when its input ends, whatever ended the server,
 * it kills the process groups that are left, stopped ones too, and removes their folders. What it cannot do, because it
 * was killed as well, the next engine of the same user does.
 */
export class Watchdog {
  #folder: Promise<string> | undefined
  #path: string | undefined
  #shell: ChildProcess | undefined
  #leftovers: Promise<void> | undefined

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
   * @param marker A text that stands in the environment of whatever the group starts.
   */
  add(pid: number, marker: string): void {
    this.#shell?.stdin?.write(`+ ${pid} ${marker}\n`)
    if (this.#path !== undefined) appendFileSync(join(this.#path, listName), describeProcess(pid, marker))
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
    await this.#leftovers
  }

  async #start(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), folderPrefix))
    await writeFile(join(folder, listName), describeProcess(process.pid, ''))
    this.#path = folder
    this.#leftovers = removeLeftovers()
    if (process.platform === 'win32') return folder
    const shell = spawn('/bin/sh', [join(runtimeFolder, 'watchdog.sh'), folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      // Not in the server's group, so that Ctrl-C does not end it before its work is due.
      detached: true,
      // It needs `kill`, `grep` and `rm`, whatever else the server's path leaves out.
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
