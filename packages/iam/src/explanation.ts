import type { CompiledPolicy } from './compile.ts'
import type { ActionVerdict } from './decision.ts'
import type { UrlAuthType } from './endpoint-kinds.ts'
import type { PolicyKind, StatementRef } from './policy.ts'
import type { WrittenStatement } from './write-statement.ts'

/** Why a request was allowed or refused, and what would change that. */
export interface Explanation {
  readonly allowed: boolean
  /** One sentence: what happened, why, what to do next. */
  readonly says: string
  /** Things people never guess, one sentence or two each. */
  readonly notes: readonly string[]
  readonly actions: readonly ExplainedAction[]
  /**
   * The statements that `nearest` of the actions speaks of, and the first three in `by` of an action that is denied, each
   * once, as they stood when it was decided. One that is too long for a quote is left out; absent when there is none.
   */
  readonly statements?: readonly QuotedStatement[]
  /**
   * The smallest plan, all of it needed, in order. Each step was proved by deciding again without it and
   * with it. Empty when nothing of these kinds can help; the sentence then says who can.
   */
  readonly fixes: readonly Fix[]
}

/** A verdict; when the action is refused, with what every kind of policy said and what came nearest. */
export type ExplainedAction =
  | (ActionVerdict & { readonly allowed: true })
  | (ActionVerdict & {
      readonly allowed: false
      readonly policies: readonly PolicyFinding[]
      /**
       * What kept statements from allowing it, of three statements at most, best first; elements of the same statement
       * stand together.
       */
      readonly nearest: readonly ComparedElement[]
      /**
       * What made the first three of the statements in `by` deny it, beyond `Action`, `Resource` and a `Principal` that is
       * everybody; absent when there is nothing beyond that.
       */
      readonly denying?: readonly ComparedElement[]
    })

/** What the policies of one kind say about one action. */
export interface PolicyFinding {
  readonly type: PolicyKind
  /**
   * `delegates`: it names the caller's account, whose own policies decide; `silent`: there are policies and none
   * speaks; `absent`: there is no policy of this kind; `unknown`: nothing that could be read settles it.
   */
  readonly verdict: 'allows' | 'delegates' | 'denies' | 'silent' | 'absent' | 'unknown'
}

/** One element of a statement beside what the request has for it. */
export interface ComparedElement {
  readonly statement: StatementRef
  /** `Action`, `Principal`, `Resource`, … or `Condition.<operator>.<key>`. */
  readonly element: string
  /** What stands in the statement; lists of more than 1,024 characters end with `…`. */
  readonly wanted: string
  /** What the request brought; lists of more than 1,024 characters end with `…`. */
  readonly got: string
}

/** A statement as its policy holds it. */
export interface QuotedStatement {
  readonly statement: StatementRef
  /**
   * Members by AWS's names, in AWS's order, a list of one as its value; unique ids of those who exist as ARNs. At most
   * 16,384 characters of JSON: of a longer statement there is no quote.
   */
  readonly written: WrittenStatement
}

/** One step of a plan, as data: the input of an AWS API. */
export type Fix =
  | {
      readonly kind: 'add-permission'
      /** Qualified when the URL is on an alias. */
      readonly functionArn: string
      readonly statementId: string
      readonly action: string
      /** An ARN, a service name, or `*`. */
      readonly principal: string
      readonly functionUrlAuthType?: UrlAuthType
      readonly invokedViaFunctionUrl?: true
      /** For a service: the resource it acts for. */
      readonly sourceArn?: string
    }
  | {
      readonly kind: 'put-role-policy' | 'put-user-policy'
      readonly principalArn: string
      /** The caller's account when what is called is of another: only credentials of it can do this step. */
      readonly callerAccount?: string
      readonly policyName: string
      /** The policy as JSON. */
      readonly document: string
    }
  | {
      /** Lambda adds nothing to a policy while a statement of it names a deleted role or user. */
      readonly kind: 'remove-permission'
      /** Qualified when the URL is on an alias. */
      readonly functionArn: string
      readonly statementId: string
    }
  | { readonly kind: 'remove-deny'; readonly statement: StatementRef }

/** What `explain()` may be told besides the policies that count. */
export interface ExplainOptions {
  /** Policies that do not count for this request but were perhaps meant to, such as that of the unqualified function. */
  readonly related?: readonly CompiledPolicy[]
  /**
   * Finds the ARN of a unique id (`AROA…`, `AIDA…`), `undefined` when nobody has it any more.
   * Without it an id that is not the caller's counts as dead: AWS shows those of the living as ARNs.
   */
  readonly resolveUniqueId?: (id: string) => string | undefined
}
