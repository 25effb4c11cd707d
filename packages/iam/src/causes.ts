import type { CaseFacts, Cause } from './case-facts.ts'
import { findCap, findDeny, findFurtherCap, findSilentScp, findUnsigned } from './causes-of-limits.ts'
import {
  findAuthType,
  findCondition,
  findDeadId,
  findNamesake,
  findServicePrincipal,
  findSharedCondition,
  findSimilarPrincipal,
  findUniqueId,
  findUrlOnlyGrant,
} from './causes-of-misses.ts'
import { findQualifier, findSimilarFunction } from './causes-of-resources.ts'
import { findUnknown } from './causes-of-unknown.ts'
import {
  findDelegated,
  findFunctionAccount,
  findNothing,
  findOwnAccount,
  findSecondAction,
  findTrust,
} from './causes-of-silence.ts'

/** One row: a mistake people make, and how to see it. */
export interface CauseRow {
  readonly id: string
  /** Whether it is still worth a note when another cause came first. */
  readonly isNote: boolean
  readonly find: (facts: CaseFacts) => Cause | undefined
}

/**
 * The mistakes, the most telling first: the first that is found makes the sentence, and `nothing`
 * always is. The rest may add notes.
 */
export const causes: readonly CauseRow[] = [
  { id: 'unsigned', isNote: false, find: findUnsigned },
  { id: 'explicit-deny', isNote: false, find: findDeny },
  { id: 'unknown', isNote: false, find: findUnknown },
  { id: 'scp', isNote: true, find: findSilentScp },
  { id: 'cap', isNote: true, find: findCap },
  { id: 'auth-type', isNote: true, find: findAuthType },
  { id: 'shared-condition', isNote: true, find: findSharedCondition },
  { id: 'qualifier', isNote: true, find: findQualifier },
  { id: 'similar-function', isNote: true, find: findSimilarFunction },
  { id: 'unique-id', isNote: true, find: findUniqueId },
  { id: 'namesake', isNote: true, find: findNamesake },
  { id: 'similar-principal', isNote: true, find: findSimilarPrincipal },
  { id: 'service-principal', isNote: true, find: findServicePrincipal },
  { id: 'url-only-grant', isNote: true, find: findUrlOnlyGrant },
  { id: 'condition', isNote: true, find: findCondition },
  { id: 'delegated', isNote: true, find: findDelegated },
  { id: 'own-account', isNote: false, find: findOwnAccount },
  { id: 'function-account', isNote: false, find: findFunctionAccount },
  { id: 'second-action', isNote: false, find: findSecondAction },
  { id: 'trust', isNote: false, find: findTrust },
  { id: 'nothing', isNote: false, find: findNothing },
  { id: 'dead-id', isNote: true, find: findDeadId },
  { id: 'further-cap', isNote: true, find: findFurtherCap },
]
