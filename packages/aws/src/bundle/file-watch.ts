import { watch as watchFolder, type FSWatcher } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { join } from 'node:path'

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

  /** @param listener told of changes, from the first call of `setFolders` on */
  constructor(listener: FileWatchListener) {
    this.#listener = listener
  }

  /** Whether a change was seen that is not told yet. */
  get isPending(): boolean {
    return this.#touched.size > 0
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
    clearTimeout(this.#timer)
    this.setFolders([])
  }

  #open(folder: string): void {
    try {
      const watcher = watchFolder(folder, (_event, name) => {
        const path = name === null ? folder : join(folder, name)
        if (!this.#listener.isWanted(path)) return
        this.#touched.add(path)
        clearTimeout(this.#timer)
        this.#timer = setTimeout(() => void this.#tell(), settleMs)
      })
      // A folder that goes away is watched again when it is asked for again.
      watcher.on('error', () => {
        watcher.close()
        this.#watchers.delete(folder)
      })
      this.#watchers.set(folder, watcher)
    } catch {
      // It is not there.
    }
  }

  async #tell(attempt = 0): Promise<void> {
    const touched = [...this.#touched]
    // Who writes a file empties it first; what is empty now may have its bytes in a moment.
    if (attempt < emptyAttempts && (await Promise.all(touched.map(isEmpty))).includes(true)) {
      this.#timer = setTimeout(() => void this.#tell(attempt + 1), settleMs)
      return
    }
    for (const path of touched) this.#touched.delete(path)
    const changed = await Promise.all(touched.map((path) => this.#hasChanged(path)))
    const paths = touched.filter((_path, index) => changed[index])
    if (paths.length > 0) this.#listener.onChange(paths)
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
