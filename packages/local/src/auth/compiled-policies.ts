import type { CompiledPolicy, PolicyKind } from '@furlong/iam'
import { compilePolicy, parsePolicy } from '@furlong/iam'

/** How many compiled documents are kept; the oldest used goes first. */
const capacity = 4096

/**
 * Compiled policies by their very text: a changed document is another key, so nothing is ever stale.
 */
export class CompiledPolicies {
  readonly #compiled = new Map<string, CompiledPolicy>()

  /**
   * @param kind what the document is
   * @param name shown to people: policy name or ARN
   * @param document JSON text that was checked when it was stored
   * @returns the compiled document, from the cache when it was seen before
   */
  get(kind: PolicyKind, name: string, document: string): CompiledPolicy {
    const key = `${kind}\n${name}\n${document}`
    const known = this.#compiled.get(key)
    if (known !== undefined) return known
    const compiled = compilePolicy(parsePolicy(document, kind), { type: kind, name })
    if (this.#compiled.size >= capacity) {
      const oldest = this.#compiled.keys().next()
      if (oldest.done !== true) this.#compiled.delete(oldest.value)
    }
    this.#compiled.set(key, compiled)
    return compiled
  }
}
