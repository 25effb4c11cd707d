/** Where text goes. */
export interface Output {
  write(chunk: string | Uint8Array): unknown
  readonly isTTY?: boolean
  /** Width of a terminal, in characters. */
  readonly columns?: number
}

/** Where text comes from. */
export interface Input extends AsyncIterable<string | Uint8Array> {
  readonly isTTY?: boolean
}

/** Everything a command may touch of the world around it; the tests give their own. */
export interface Context {
  readonly stdin: Input
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  /** Absolute path of the folder the command runs in. */
  readonly cwd: string
  now(): Date
  /** Path of furlong's own program, for starting it again. */
  readonly program: string
  /**
   * Hears SIGINT, SIGTERM and SIGHUP instead of ending at once.
   * @param listener gets the signal's name
   * @returns stops hearing
   */
  onSignal(listener: (signal: NodeJS.Signals) => void): () => void
  /**
   * Hears that nobody reads stdout any more.
   * @param listener called once
   * @returns stops hearing
   */
  onReaderGone(listener: () => void): () => void
}
