import type { Client } from './client.ts'

/** One behaviour of function URLs, and how it is looked for. */
export interface Case {
  readonly name: string
  /** How well it is known that AWS behaves so; of a guess the suite on AWS tells whether it holds. */
  readonly mark: 'documented' | 'reported' | 'guess'
  /** Set for what AWS's front is not asked: it concerns the local side alone, or would cost too much there. */
  readonly localOnly?: boolean
  /** Throws when the behaviour is another. */
  readonly look: (client: Client) => Promise<void>
}

/** The cases of one part of the behaviour. */
export interface Part {
  readonly part: string
  readonly cases: readonly Case[]
}
