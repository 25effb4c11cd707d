/** Something that can be in a crowd, in one at a time. */
export interface Member {
  /** Where it stands; -1 outside. Kept by the crowd. */
  place: number
}

/**
 * Those of whom some come and some go with every invocation.
 *
 * Not a Set: a table of entries that come and go is soon replaced, and each old table refers to the next. As soon as one of them
 * has grown old for the garbage collector, it keeps all that follow, with the invocations in them, until the next full
 * collection, which made collections the dearest part of a small answer.
 */
export class Crowd<T extends Member> {
  /** In no order. */
  readonly members: T[] = []

  /**
   * Lets a member in.
   *
   * @param member Of no crowd yet.
   */
  add(member: T): void {
    member.place = this.members.length
    this.members.push(member)
  }

  /**
   * Lets a member go.
   *
   * @param member Anyone.
   * @returns Whether it was here.
   */
  delete(member: T): boolean {
    const { place } = member
    if (place === -1) return false
    member.place = -1
    const last = this.members.pop()
    if (last === undefined || last === member) return true
    this.members[place] = last
    last.place = place
    return true
  }
}
