import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createFailureReport } from './errors.ts'
import type { FailureReport } from './errors.ts'
import type { InvokeOutcome, SourceFailure } from './types.ts'

/** The error type of an invocation that met a source failure. Not one of AWS's: no function is deployed like that there. */
export const sourceFailedType = 'Furlong.SourceFailed'

/**
 * Writes a failure as compilers do: place and message, then the line with a pointer below.
 * @param failure The failure.
 * @returns Text of one or three lines.
 */
export function renderSourceFailure({ message, file, line, column, lineText }: SourceFailure): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':')
  const head = place === '' ? message : `${place}: ${message}`
  if (lineText === undefined || lineText.trim() === '') return head
  // A tab stays a tab, so that the pointer stands below its character.
  const pointer =
    column === undefined ? '' : `\n    ${lineText.slice(0, column - 1).replaceAll(/[^\t]/g, ' ')}^`
  return `${head}\n    ${lineText}${pointer}`
}

/**
 * Makes the outcome of an invocation that met a source failure.
 * @param failure The failure.
 * @returns An error that no runtime reported.
 */
export function createSourceFailedOutcome(failure: SourceFailure): InvokeOutcome {
  const errorMessage = `The source does not compile or load: ${renderSourceFailure(failure)}`
  const document = { errorType: sourceFailedType, errorMessage, ...failure }
  return {
    kind: 'error',
    phase: 'source',
    sourceFailure: failure,
    ...createFailureReport(sourceFailedType, errorMessage),
    document: Buffer.from(JSON.stringify(document)),
    logLines: [],
    finished: Promise.resolve(),
  }
}

/**
 * Describes why a process did not come as far as waiting for an event.
 * @param report What the bootstrap reported, or what was made of the process's end.
 * @param root Folder that paths are told from.
 * @returns The failure, with its place where the report holds a stack.
 */
export async function describeInitFailure(report: FailureReport, root: string): Promise<SourceFailure> {
  const { errorType, errorMessage, trace = [] } = readDocument(report.document)
  // There is no request yet that the engine's own sentences could name.
  const says = (errorMessage ?? 'no message').replace(/^RequestId: {2}Error: /, '')
  const message = `${errorType ?? report.errorType}: ${says}`
  const place = findPlace(trace)
  if (place === undefined) return { message }
  const lineText = (await readLines(place.path))[place.line - 1]
  return {
    message,
    file: relative(root, place.path),
    line: place.line,
    column: place.column,
    ...(lineText === undefined ? {} : { lineText }),
  }
}

interface ErrorDocument {
  readonly errorType?: string
  readonly errorMessage?: string
  readonly trace?: readonly string[]
}

function readDocument(document: Uint8Array): ErrorDocument {
  try {
    return JSON.parse(Buffer.from(document).toString()) as ErrorDocument
  } catch {
    return {}
  }
}

/** A frame of Node's: `at name (/path/app.ts:3:7)`, or without the name and the brackets. */
const frame = /^\s+at (?:.*\()?((?:file:\/\/|\/)[^()]*):(\d+):(\d+)\)?$/

function findPlace(trace: readonly string[]): { path: string; line: number; column: number } | undefined {
  for (const text of trace) {
    const [, url = '', line, column] = frame.exec(text) ?? []
    if (url === '' || url.includes('/node_modules/')) continue
    const path = url.startsWith('file:') ? fileURLToPath(url) : url
    return { path, line: Number(line), column: Number(column) }
  }
  return undefined
}

async function readLines(path: string): Promise<string[]> {
  return (await readFile(path, 'utf8').catch(() => '')).split('\n')
}
