import type { Fix } from '@furlong/iam'
import type { RequestCode, ThrottleStep } from './contract.ts'

/** The page that a side serves, as whoever starts the side hands it in: this package builds none and renders no command. */
export interface ConsolePage {
  /** Absolute path of the built page: `index.html` and what it refers to. */
  readonly folder: string
  /** Renders what mends a refusal. */
  renderPlan(fixes: readonly Fix[], home: Home): CommandPlan
  renderThrottleFix(fix: ThrottleStep): string
  /** Renders a call of a function URL. */
  renderCode(call: UrlCall): RequestCode
}

/** Where commands work when nothing is said. */
export interface Home {
  readonly accountId: string
  readonly region: string
}

/** A plan as commands. */
export interface CommandPlan {
  readonly furlong: readonly string[]
  readonly aws: readonly string[]
  readonly credentials: Readonly<Record<string, string>>
  readonly sentences: readonly string[]
}

/** A call of a function URL, as far as somebody writes it down: nothing of its signature. */
export interface UrlCall {
  readonly method: string
  readonly url: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Text, or bytes that are none; absent where there is none, or not all of it is known. */
  readonly body?: string | Uint8Array
  /** Length of a body that is absent since it is not known. */
  readonly lostBodyBytes?: number
  readonly region: string
  /** Whether it is signed. */
  readonly isSigned: boolean
}
