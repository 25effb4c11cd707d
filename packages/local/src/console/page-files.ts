import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { headerOf, type Exchange } from '../exchange.ts'
import type { Answer } from '../front/send.ts'
import { originOf } from './guard.ts'

/** One file of the built page, whole in memory: there are few, and they are small. */
interface PageFile {
  readonly type: string
  readonly bytes: Buffer
  readonly etag: string
  /** Whether its name changes with what is in it. */
  readonly isHashed: boolean
  /** The same, packed, by the name of the coding. */
  readonly packed: Readonly<Partial<Record<Coding, Buffer>>>
}

type Coding = 'br' | 'gzip'

/** Endings of the files that the build packed beside the originals. */
const codings: readonly (readonly [Coding, string])[] = [
  ['br', '.br'],
  ['gzip', '.gz'],
]

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
  txt: 'text/plain; charset=utf-8',
}

/** A name with a hash in it, as the build gives it to what may be kept for ever. */
const hashedName = /-[A-Za-z0-9_]{8,}\.[a-z0-9]+$/

/** What every answer of the console says to browsers, its data as well. */
export const guardedHeaders: Answer['headers'] = [
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['X-Frame-Options', 'DENY'],
]

/** The files of a built page, by their paths below the folder: nothing else can be asked for. */
export class PageFiles {
  readonly #files: ReadonlyMap<string, PageFile>

  private constructor(files: ReadonlyMap<string, PageFile>) {
    this.#files = files
  }

  /**
   * Reads a built page.
   *
   * @param folder with `index.html`
   * @returns its files
   * @throws what the file system says when there is no such folder
   */
  static async read(folder: string): Promise<PageFiles> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    const names = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    const bytes = new Map<string, Buffer>()
    for (const name of names) bytes.set(name.split(sep).join('/'), await readFile(join(folder, name)))
    const files = new Map<string, PageFile>()
    for (const [name, content] of bytes) {
      const type = types[name.slice(name.lastIndexOf('.') + 1)]
      if (type === undefined) continue
      const packed = codings.flatMap(([coding, ending]) => {
        const found = bytes.get(name + ending)
        return found === undefined ? [] : [[coding, found] as const]
      })
      files.set(name, {
        type,
        bytes: content,
        etag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`,
        isHashed: hashedName.test(name),
        packed: Object.fromEntries(packed),
      })
    }
    return new PageFiles(files)
  }

  /**
   * Answers with a file.
   *
   * @param exchange the request, a GET or HEAD
   * @param name path below the page's own, empty for the page itself
   * @returns undefined when there is no such file
   */
  answer(exchange: Exchange, name: string): Answer | undefined {
    const file = this.#files.get(name === '' ? 'index.html' : name)
    if (file === undefined) return undefined
    const { rawHeaders } = exchange.raw
    const accepted = headerOf(rawHeaders, 'accept-encoding') ?? ''
    const [coding, body] = choose(file, accepted)
    const headers: Answer['headers'] = [
      ['Content-Type', file.type],
      ...guardedHeaders,
      ['Content-Security-Policy', createPolicy(originOf(exchange))],
      ['Cross-Origin-Opener-Policy', 'same-origin'],
      ['Cache-Control', file.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache'],
      ['ETag', file.etag],
      ['Vary', 'Accept-Encoding'],
      ...(coding === undefined ? [] : [['Content-Encoding', coding] as const]),
    ]
    if (headerOf(rawHeaders, 'if-none-match') === file.etag) return { status: 304, headers, body: '' }
    return { status: 200, headers, body }
  }
}

function choose({ bytes, packed }: PageFile, accepted: string): readonly [Coding | undefined, Buffer] {
  const offered = new Set(
    accepted
      .split(',')
      .filter((part) => !/;\s*q=0(?:\.0*)?\s*$/.test(part))
      .map((part) => part.split(';')[0]?.trim().toLowerCase()),
  )
  for (const [coding] of codings) {
    const body = packed[coding]
    if (body !== undefined && offered.has(coding)) return [coding, body]
  }
  return [undefined, bytes]
}

/**
 * Scripts and styles are the page's files alone, and it talks to its own API alone: not even to what else lies at its
 * origin, where `/_url/<id>/` answers with what functions make.
 */
function createPolicy(origin: string): string {
  const own = `${origin}${pagePath}`
  return [
    "default-src 'none'",
    `script-src ${own}`,
    `style-src ${own}`,
    `img-src ${own}`,
    `connect-src ${own}api/`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
}

/** Where the page lies. */
export const pagePath = '/_furlong/console/'
