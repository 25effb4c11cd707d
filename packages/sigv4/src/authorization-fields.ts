/** The fields of an Authorization header, by their names in it. */
export interface AuthorizationFields {
  /** What stands before them. */
  readonly algorithm: string
  readonly Credential: string | undefined
  readonly SignedHeaders: string | undefined
  readonly Signature: string | undefined
}
