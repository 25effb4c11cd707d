import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { HeaderPair } from '@furlong/sigv4'
import type { Context } from './context.ts'
import { CliError } from './errors.ts'
import type { Values } from './values.ts'

/** What to call: a URL, or a function with a path. */
export type CallTarget =
  | { readonly kind: 'url'; readonly url: URL; readonly awsRegion?: string }
  | { readonly kind: 'function'; readonly functionName: string; readonly pathAndQuery: string }

const awsHost = /^[a-z0-9]+\.lambda-url\.([a-z0-9-]+)\.on\.aws$/

/**
 * Reads what to call.
 * @param text a URL, or a function's name, alias or ARN with a path behind it
 * @returns its parts; a URL of AWS brings its region
 */
export function readCallTarget(text: string): CallTarget {
  if (/^https?:\/\//i.test(text)) {
    const url = new URL(text)
    const awsRegion = awsHost.exec(url.hostname)?.[1]
    return { kind: 'url', url, ...(awsRegion === undefined ? {} : { awsRegion }) }
  }
  const at = text.search(/[/?]/)
  if (at === -1) return { kind: 'function', functionName: text, pathAndQuery: '/' }
  const rest = text.slice(at)
  return {
    kind: 'function',
    functionName: text.slice(0, at),
    pathAndQuery: rest.startsWith('/') ? rest : `/${rest}`,
  }
}

/**
 * Reads `Name: value` headers.
 * @param values the call's options
 * @returns the headers in order
 */
export function readHeaders(values: Values): HeaderPair[] {
  return values.list('header').map((line, index) => {
    const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)$/s.exec(line)
    // It may be a secret, and is not repeated.
    if (match === null) throw values.wrong(`-H, number ${index + 1}: 'Name: value' is wanted.`)
    return [match[1] ?? '', match[2]?.trimEnd() ?? '']
  })
}

/**
 * Reads the body as curl does: each `-d` is a text, `@file` or `@-` for stdin, several are joined by `&`.
 * @param values the call's options
 * @param context stdin and the folder of files
 * @returns the bytes; undefined without `-d`
 * @throws {CliError} `unreadable-file`
 */
export async function readBody(values: Values, context: Context): Promise<Uint8Array | undefined> {
  const parts = values.list('data')
  if (parts.length === 0) return undefined
  const chunks: Buffer[] = []
  for (const part of parts) {
    if (chunks.length > 0) chunks.push(Buffer.from('&'))
    chunks.push(part.startsWith('@') ? await readSource(part.slice(1), context) : Buffer.from(part))
  }
  return Buffer.concat(chunks)
}

/**
 * Reads a file, or stdin.
 * @param path the file, or `-` for stdin
 * @param context stdin and the folder of files
 * @returns all of it
 * @throws {CliError} `unreadable-file`
 */
export async function readSource(path: string, context: Context): Promise<Buffer> {
  if (path === '-') {
    const chunks: Buffer[] = []
    for await (const chunk of context.stdin) chunks.push(Buffer.from(chunk))
    return Buffer.concat(chunks)
  }
  try {
    return await readFile(resolve(context.cwd, path))
  } catch (error) {
    throw new CliError('unreadable-file', {
      path,
      reason: (error as NodeJS.ErrnoException).code ?? String(error),
    })
  }
}

/**
 * Guesses the content type of a body that came without one.
 * @param body the bytes
 * @returns JSON for what parses as an object or a list, a form for the rest, as curl sends it
 */
export function guessContentType(body: Uint8Array): string {
  const form = 'application/x-www-form-urlencoded'
  const text = Buffer.from(body).toString('utf8')
  if (!/^\s*[{[]/.test(text)) return form
  try {
    JSON.parse(text)
    return 'application/json'
  } catch {
    return form
  }
}
