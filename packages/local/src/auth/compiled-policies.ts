import type { CompiledPolicy, PolicyKind } from '@furlong/iam'
import { compilePolicy, parsePolicy } from '@furlong/iam'

/** A document that was checked when it was stored, and what people call it. */
export interface NamedDocument {
  readonly name: string
  readonly document: string
}

/**
 * Compiled policies, remembered by the very object the store handed out: it is the same one until something changes.
 */
export class CompiledPolicies {
  readonly #compiled = new WeakMap<object, readonly CompiledPolicy[]>()

  /**
   * @param kind what the documents are
   * @param source the store's answer they come from; always asked for with the same kind
   * @param read the documents of that answer
   * @returns the compiled documents, in the same order
   */
  get(kind: PolicyKind, source: object, read: () => readonly NamedDocument[]): readonly CompiledPolicy[] {
    const known = this.#compiled.get(source)
    if (known !== undefined) return known
    const compiled = read().map(({ name, document }) =>
      compilePolicy(parsePolicy(document, kind), { type: kind, name }),
    )
    this.#compiled.set(source, compiled)
    return compiled
  }
}
