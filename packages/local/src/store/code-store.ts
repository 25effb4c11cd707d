import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'

import { CodeError } from './code-error.ts'
import { unpack } from './unpack.ts'

/** A deployment package that was taken. */
export interface StoredCode {
  /** base64 of the zip's SHA-256, Lambda's `CodeSha256`. */
  readonly codeSha256: string
  /** Of the zip, in bytes. */
  readonly codeSize: number
}

/**
 * Tells what a package will be known by, before it is kept.
 *
 * @param zip the whole file
 * @returns its hash and size
 */
export function describeCode(zip: Uint8Array): StoredCode {
  return { codeSha256: createHash('sha256').update(zip).digest('base64'), codeSize: zip.length }
}

/** Only what this store has made is ever deleted. */
const packageName = /^[0-9a-f]{64}(?:\.zip)?$/
const ownName = /^(?:[0-9a-f]{64}(?:\.zip)?|unpacking-[0-9a-f-]{36})$/

/** Deployment packages, unpacked, each in a folder named by the hash of its zip. */
export class CodeStore {
  readonly #folder: string
  /** Packages of this run and when they were asked for: whoever uploads one stores a little later who uses it. */
  readonly #taken = new Map<string, number>()

  /**
   * Opens the packages of a state folder.
   *
   * @param folder such as `.furlong/code`; made (mode 0700) when it is not there
   */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    this.#folder = folder
  }

  /**
   * Keeps a package and unpacks it, unless it is known already.
   *
   * @param zip the whole file
   * @param code what it is known by, when that was asked for already
   * @returns its hash and size
   * @throws {CodeError} with Lambda's sentence when it cannot be used
   */
  async put(zip: Uint8Array, code: StoredCode = describeCode(zip)): Promise<StoredCode> {
    if (zip.length === 0) throw new CodeError('Uploaded file must be a non-empty zip')
    this.#taken.set(code.codeSha256, performance.now())
    if (!existsSync(this.folder(code.codeSha256))) await this.#unpack(zip, code.codeSha256)
    return code
  }

  /**
   * Names the folder of an unpacked package.
   *
   * @param codeSha256 the package's hash, base64
   * @returns an absolute or process-relative path, as the code store was opened
   */
  folder(codeSha256: string): string {
    return join(this.#folder, Buffer.from(codeSha256, 'base64').toString('hex'))
  }

  /**
   * Names the file of a package as it was uploaded.
   *
   * @param codeSha256 the package's hash, base64
   * @returns the path of the zip
   */
  zipFile(codeSha256: string): string {
    return `${this.folder(codeSha256)}.zip`
  }

  /**
   * Deletes the packages that no function uses any more, and what an ended process left half unpacked.
   * For the start of a side, when nothing runs from them.
   *
   * @param used the hashes to keep, base64
   */
  prune(used: Iterable<string>): void {
    const kept = new Set<string>()
    for (const hash of used) kept.add(basename(this.folder(hash))).add(basename(this.zipFile(hash)))
    for (const name of readdirSync(this.#folder)) {
      if (ownName.test(name) && !kept.has(name))
        rmSync(join(this.#folder, name), { recursive: true, force: true })
    }
  }

  /**
   * Deletes the packages that nothing uses any more, while the side runs: not those that a running environment was
   * started from, nor those that were taken a moment ago.
   *
   * @param used the hashes that functions and versions use, base64
   * @param folders where environments run, as `folder` named them
   * @param graceMs how long a package stays after it was taken, used or not
   */
  async collect(used: Iterable<string>, folders: Iterable<string>, graceMs: number): Promise<void> {
    const kept = new Set(used)
    for (const [hash, at] of this.#taken) {
      if (performance.now() - at < graceMs) kept.add(hash)
      else this.#taken.delete(hash)
    }
    const names = new Set([...kept].map((hash) => basename(this.folder(hash))))
    for (const folder of folders) names.add(basename(folder))
    const gone = readdirSync(this.#folder).filter(
      (name) => packageName.test(name) && !names.has(name.replace('.zip', '')),
    )
    const aside = gone.map((name) => {
      const path = join(this.#folder, `unpacking-${randomUUID()}`)
      // Renamed in this turn: whoever uploads the package again finds it whole or not at all.
      renameSync(join(this.#folder, name), path)
      return path
    })
    for (const path of aside) await rm(path, { recursive: true, force: true })
  }

  /** Unpacked aside and renamed: a folder of this name is always whole, whatever ends the process. */
  async #unpack(zip: Uint8Array, codeSha256: string): Promise<void> {
    const aside = join(this.#folder, `unpacking-${randomUUID()}`)
    await mkdir(aside, { recursive: true })
    try {
      await unpack(zip, aside)
      await writeFile(this.zipFile(codeSha256), zip)
      await rename(aside, this.folder(codeSha256))
    } catch (error) {
      await rm(aside, { recursive: true, force: true })
      // Two uploads of one package at once: the other's folder is as good as this one.
      if (!existsSync(this.folder(codeSha256))) throw error
    }
  }
}
