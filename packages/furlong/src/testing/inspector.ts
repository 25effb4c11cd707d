/** A small client of Node's inspector, as an editor has one. */
import { readFile } from 'node:fs/promises'
import { SourceMap, type SourceMapPayload } from 'node:module'

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

/** A script that the process has loaded. */
export interface Script {
  readonly scriptId: string
  readonly url: string
  readonly sourceMapURL: string
}

/** Where the process stands still. */
export interface Paused {
  readonly callFrames: readonly {
    readonly callFrameId: string
    readonly location: {
      readonly scriptId: string
      readonly lineNumber: number
      readonly columnNumber: number
    }
  }[]
}

/** One attached debugger. */
export class Inspector {
  readonly #socket: WebSocket
  readonly #answers = new Map<number, (message: Message) => void>()
  readonly #listeners = new Set<(message: Message) => void>()
  #next = 0

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data)) as Message
      if (message.id === undefined) for (const listener of this.#listeners) listener(message)
      else this.#answers.get(message.id)?.(message)
    })
  }

  /** Attaches as an editor does: the port says where the process is. */
  static async attach(port: number): Promise<Inspector> {
    const list = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()
    const [{ webSocketDebuggerUrl }] = list as [{ webSocketDebuggerUrl: string }]
    const socket = new WebSocket(webSocketDebuggerUrl)
    await new Promise((done, fail) => {
      socket.addEventListener('open', done)
      socket.addEventListener('error', fail)
    })
    return new Inspector(socket)
  }

  async send<T>(method: string, params: object = {}): Promise<T> {
    this.#next += 1
    const id = this.#next
    const answered = new Promise<Message>((done) => this.#answers.set(id, done))
    this.#socket.send(JSON.stringify({ id, method, params }))
    const { result, error } = await answered
    if (error !== undefined) throw new Error(`${method}: ${error.message}`)
    return result as T
  }

  /** Resolves with the next event of that name that is wanted. */
  event<T>(method: string, isWanted: (params: T) => boolean = () => true): Promise<T> {
    return new Promise((done) => {
      const listener = (message: Message): void => {
        if (message.method !== method || !isWanted(message.params as T)) return
        this.#listeners.delete(listener)
        done(message.params as T)
      }
      this.#listeners.add(listener)
    })
  }

  close(): void {
    this.#socket.close()
  }
}

/** Reads the source map of a script from where the script lies. */
export async function readSourceMap({ url, sourceMapURL }: Script): Promise<SourceMap> {
  const text = await readFile(new URL(sourceMapURL, url), 'utf8')
  return new SourceMap(JSON.parse(text) as SourceMapPayload)
}

/** Finds the place in a script that a line of a source became; lines from 0, as in both. */
export function findGenerated(
  map: SourceMap,
  source: string,
  line: number,
  lines: number,
): { lineNumber: number } | undefined {
  for (let lineNumber = 0; lineNumber < lines; lineNumber += 1) {
    // The last mapping of the line: indentation has none.
    const entry = map.findEntry(lineNumber, Number.MAX_SAFE_INTEGER)
    if (!('originalSource' in entry) || entry.generatedLine !== lineNumber) continue
    if (entry.originalSource.endsWith(source) && entry.originalLine === line) {
      return { lineNumber }
    }
  }
  return undefined
}
