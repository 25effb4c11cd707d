import { watch as watchFolder, type FSWatcher } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { basename, dirname, join } from 'node:path'

/** Editors write a file in several steps; changes this close together are one. */
const settleMs = 30
/** How often a file that is empty is looked at again before it counts as that. */
const emptyAttempts = 5

/** What a file watch tells. */
export interface FileWatchListener {
  /** Whether a change of this file counts; a file that was made or removed is asked for as well. */
  isWanted(path: string): boolean
  /** Files that have other bytes than before, absolute; once after changes that come together. */
  onChange(paths: readonly string[]): void
}

/**
 * Watches files through the folders they lie in, since an editor often puts a new file in the place of the old one.
 * A file that was only touched has not changed.
 */
export class FileWatch {
  readonly #listener: FileWatchListener
  readonly #watchers = new Map<string, FSWatcher>()
  readonly #digests = new Map<string, string>()
  readonly #touched = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  /** Looks at what was touched one after the other, so that what is told last is what is there. */
  #looking: Promise<void> = Promise.resolve()
  /** Ends with the last look at what was touched; undefined while nothing is. */
  #settling: PromiseWithResolvers<void> | undefined
  #isClosed = false

  /** @param listener told of changes, from the first call of `setFolders` on */
  constructor(listener: FileWatchListener) {
    this.#listener = listener
  }

  /** Resolves once each change that was seen is told, or turned out to be none. */
  async settled(): Promise<void> {
    await this.#settling?.promise
  }

  /**
   * Watches these folders, not those below them, and no others. One that is not there is left out.
   *
   * @param folders absolute paths
   */
  setFolders(folders: Iterable<string>): void {
    const wanted = new Set(folders)
    for (const [folder, watcher] of this.#watchers) {
      if (wanted.has(folder)) continue
      watcher.close()
      this.#watchers.delete(folder)
    }
    for (const folder of wanted) if (!this.#watchers.has(folder)) this.#open(folder)
  }

  /**
   * Learns what files hold now, so that the first change of each is known for one.
   *
   * @param paths absolute
   */
  async learn(paths: Iterable<string>): Promise<void> {
    await Promise.all(Array.from(paths, (path) => this.#hasChanged(path)))
  }

  /** Watches nothing any more. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.setFolders([])
    this.#settle()
  }

  #open(folder: string): void {
    // Who bundles when it is closed asks once more.
    if (this.#isClosed) return
    try {
      const watcher = watchFolder(folder, (_event, name) => {
        // A folder tells its own end by its name, and what is made in its place is another one. What lies in it may have that name, too.
        if (name === basename(folder)) this.#reopen(folder)
        const path = name === null ? folder : join(folder, name)
        if (this.#listener.isWanted(path)) this.#touch(path)
      })
      // A folder that goes away is watched again when it is asked for again.
      watcher.on('error', () => {
        watcher.close()
        this.#watchers.delete(folder)
      })
      this.#watchers.set(folder, watcher)
    } catch {
      // It is not there.
      return
    }
    // What was saved while nobody watched.
    for (const path of this.#digests.keys()) if (dirname(path) === folder) this.#touch(path)
  }

  #reopen(folder: string): void {
    this.#watchers.get(folder)?.close()
    this.#watchers.delete(folder)
    this.#open(folder)
  }

  #touch(path: string): void {
    this.#touched.add(path)
    this.#settling ??= Promise.withResolvers()
    this.#lookSoon()
  }

  #lookSoon(attempt = 0): void {
    clearTimeout(this.#timer)
    if (this.#isClosed) return
    this.#timer = setTimeout(() => {
      this.#looking = this.#looking.then(() => this.#look(attempt))
    }, settleMs)
  }

  async #look(attempt: number): Promise<void> {
    const touched = [...this.#touched]
    // Who writes a file empties it first; what is empty now may have its bytes in a moment.
    if (attempt < emptyAttempts && (await Promise.all(touched.map(isEmpty))).includes(true)) {
      this.#lookSoon(attempt + 1)
      return
    }
    for (const path of touched) this.#touched.delete(path)
    const changed = await Promise.all(touched.map((path) => this.#hasChanged(path)))
    if (this.#isClosed) return
    const paths = touched.filter((_path, index) => changed[index])
    if (paths.length > 0) this.#listener.onChange(paths)
    // What was touched in the meantime is looked at in a moment.
    if (this.#touched.size === 0) this.#settle()
  }

  #settle(): void {
    this.#settling?.resolve()
    this.#settling = undefined
  }

  async #hasChanged(path: string): Promise<boolean> {
    // A folder and a file that is gone have no bytes: that they came or went is what counts.
    const bytes = await readFile(path).catch(() => '')
    const digest = createHash('sha1').update(bytes).digest('base64')
    const isSame = bytes !== '' && this.#digests.get(path) === digest
    this.#digests.set(path, digest)
    return !isSame
  }
}

async function isEmpty(path: string): Promise<boolean> {
  const info = await stat(path).catch(() => undefined)
  return info?.isFile() === true && info.size === 0
}

/**
 * Lists a folder and those below it.
 *
 * @param root absolute path
 * @param isSkipped whether a folder of this name is left out, with all below it
 * @returns absolute paths
 */
export async function listFolders(root: string, isSkipped: (name: string) => boolean): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => [])
  const below = entries.filter((entry) => entry.isDirectory() && !isSkipped(entry.name))
  return [
    root,
    ...(await Promise.all(below.map(({ name }) => listFolders(join(root, name), isSkipped)))).flat(),
  ]
}
