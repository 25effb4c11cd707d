import type { FunctionConfiguration, Lambda } from '@aws-sdk/client-lambda'
import type { Bundle } from '../bundle/bundle.ts'
import type { Setup } from '../setup/setup.ts'
import type { FunctionRef } from '../statements.ts'
import type { Clients, Target } from '../target.ts'
import type { FunctionUrl } from '../urls.ts'
import type { Patience } from '../wait.ts'

/** What a step is about. */
export type PlanSubject =
  | 'role'
  | 'policy'
  | 'function'
  | 'code'
  | 'configuration'
  | 'tags'
  | 'version'
  | 'alias'
  | 'url'
  | 'grant'

/** What becomes of it: `keep` is as it was, `leave` is not furlong's to touch and is named. */
export type PlanAction = 'create' | 'change' | 'remove' | 'keep' | 'leave'

/** One line of a plan. */
export interface PlanStep {
  readonly what: PlanSubject
  readonly action: PlanAction
  /** Such as `memory 512 → 1024 MB`. Values of environment variables are never in it. */
  readonly says: string
  /** A command for what furlong leaves to people. */
  readonly tryThis?: string
}

/** What a deployment will do, found by comparing what is to exist with what does. */
export interface Plan {
  readonly functionName: string
  readonly alias?: string
  readonly steps: readonly PlanStep[]
  /** Whether there is anything to do. */
  readonly hasChanges: boolean
  /** Whether it lets everybody call who could not before. */
  readonly opensToEverybody: boolean
}

/** A step and how it is done; a step without has nothing to do. */
export interface PlannedStep extends PlanStep {
  /**
   * Does the step; safe to repeat.
   * @returns what there is to say afterwards, where it says more than before
   */
  readonly carryOut?: (work: Work) => Promise<string | void>
}

/** A deployment under way: what it is of, and what the steps so far have made. */
export interface Work {
  readonly target: Target
  readonly clients: Clients
  readonly lambda: Lambda
  readonly setup: Setup
  readonly bundle: Bundle
  /** The function, with the alias when there is one: what URL and grants are of. */
  readonly ref: FunctionRef
  /** For each wait of its own: states, refusals that pass. */
  readonly patience: (timeoutMs?: number) => Patience
  roleArn: string
  /** A role that was made for a function that is not there yet. */
  isRoleNew: boolean
  configuration?: FunctionConfiguration
  tags: Readonly<Record<string, string>>
  version?: string
  url?: FunctionUrl
}
