import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Which users belong to which groups, by unique id. */
export class GroupMembers {
  readonly #add: StatementSync
  readonly #remove: StatementSync
  readonly #users: StatementSync
  readonly #groups: StatementSync

  /**
   * Prepares the statements.
   *
   * @param database an open database of the current schema
   */
  constructor(database: DatabaseSync) {
    this.#add = database.prepare('INSERT OR IGNORE INTO groupMembers (groupId, userId) VALUES (?, ?)')
    this.#remove = database.prepare('DELETE FROM groupMembers WHERE groupId = ? AND userId = ?')
    this.#users = database.prepare(
      'SELECT m.userId AS id FROM groupMembers m JOIN principals p ON p.id = m.userId WHERE m.groupId = ? ORDER BY p.name',
    )
    this.#groups = database.prepare(
      'SELECT m.groupId AS id FROM groupMembers m JOIN principals p ON p.id = m.groupId WHERE m.userId = ? ORDER BY p.name',
    )
  }

  /**
   * Makes a user a member; making it twice is making it once.
   *
   * @param groupId `AGPA…`
   * @param userId `AIDA…`
   */
  add(groupId: string, userId: string): void {
    this.#add.run(groupId, userId)
  }

  /**
   * Ends a membership, or leaves things as they are.
   *
   * @param groupId `AGPA…`
   * @param userId `AIDA…`
   */
  remove(groupId: string, userId: string): void {
    this.#remove.run(groupId, userId)
  }

  /**
   * Lists the members of a group.
   *
   * @param groupId `AGPA…`
   * @returns the ids of its users, by their names
   */
  users(groupId: string): string[] {
    return this.#users.all(groupId).map(({ id }) => String(id))
  }

  /**
   * Lists the groups of a user.
   *
   * @param userId `AIDA…`
   * @returns the ids of the groups, by their names
   */
  groups(userId: string): string[] {
    return this.#groups.all(userId).map(({ id }) => String(id))
  }
}
