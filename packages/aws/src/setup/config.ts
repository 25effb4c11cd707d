import type { FunctionUrlAuthType, InvokeMode } from '@aws-sdk/client-lambda'
import type { Architecture } from '../bundle/python-platform.ts'

/** A function, its URL and who may call it: what `furlong.config.ts` exports. */
export interface FurlongConfig {
  /** A TypeScript, JavaScript or Python file, a folder or a zip; relative to the config's folder. */
  readonly entry?: string
  /** Name of the function: 1 to 64 of `[a-zA-Z0-9-_]`. Default: the entry's name. */
  readonly name?: string
  /** Such as `nodejs24.x` or `python3.13`; default by the entry. */
  readonly runtime?: string
  /** `x86_64`, Lambda's default, or `arm64`; packages of a Python function are taken for it. */
  readonly architecture?: Architecture
  /** `file.export`, at most 128 characters; default by the entry. */
  readonly handler?: string
  /** Memory in MB, 128 to 10240; 512 for a new function. */
  readonly memorySizeMb?: number
  /** Timeout in seconds, 1 to 900; 30 for a new function. */
  readonly timeoutSeconds?: number
  /** Environment variables; what else the function has is kept. */
  readonly environment?: Readonly<Record<string, string>>
  /** Tags of the function; what else it has is kept. */
  readonly tags?: Readonly<Record<string, string>>
  /** Name or ARN of a role that is there, or what the function's own role may do. Default: a role of its own that may write its log. */
  readonly role?: string | RoleConfig
  /** The URL, or false for none. Default: one for signed callers. */
  readonly url?: UrlConfig | false
  /** Alias to deploy to: each deployment publishes a version, and URL and grants are the alias's. */
  readonly alias?: string
  /** Who may call the URL. */
  readonly grants?: readonly GrantConfig[]
  /** Whether a bundle brings the AWS SDK along or takes the runtime's; see the documentation of `furlong deploy`. */
  readonly sdk?: 'bundled' | 'external'
}

/** What a function's own role may do, beside writing its log. */
export interface RoleConfig {
  /** Managed policies: ARNs, or names of AWS's own such as `AmazonDynamoDBReadOnlyAccess`. */
  readonly managedPolicies?: readonly string[]
  /** Inline policies by name: documents with `Version` and `Statement`. */
  readonly policies?: Readonly<Record<string, object>>
}

/** A function URL. What is left out is AWS's default on a new URL, and stays as it is on one that is there. */
export interface UrlConfig {
  /** `AWS_IAM` for signed callers (the default of a new URL), `NONE` for everybody. */
  readonly authType?: FunctionUrlAuthType
  /** `BUFFERED` (the default of a new URL) or `RESPONSE_STREAM`. */
  readonly invokeMode?: InvokeMode
  /** Origins whose pages may call with signed requests, or every member by itself; an empty list takes CORS away. */
  readonly cors?: readonly string[] | CorsConfig
}

/** @see https://docs.aws.amazon.com/lambda/latest/api/API_Cors.html */
export interface CorsConfig {
  readonly allowCredentials?: boolean
  /** At most 100, each at most 1024 characters. */
  readonly allowHeaders?: readonly string[]
  /** At most 6, each at most 6 characters: `*`, `GET`, `DELETE`; `OPTIONS` is too long for Lambda, and answered anyway. */
  readonly allowMethods?: readonly string[]
  /** At most 100, each at most 253 characters. */
  readonly allowOrigins?: readonly string[]
  readonly exposeHeaders?: readonly string[]
  /** 0 to 86400. */
  readonly maxAgeSeconds?: number
}

/** One caller that may call the URL. */
export interface GrantConfig {
  /** As for `furlong grant --to`, or by kind. A bare name is a function's, else a role's, else a user's. */
  readonly to: string | GranteeConfig
}

/** A caller by kind. */
export type GranteeConfig =
  | { readonly role: string }
  | { readonly user: string }
  | { readonly session: string }
  | { readonly account: string }
  | { readonly function: string }
  | { readonly service: string; readonly sourceArn: string }

/**
 * Types what `furlong.config.ts` exports; it does nothing else.
 * @param config the set-up
 * @returns the same
 * @example export default defineConfig({ entry: 'app.ts', name: 'books', grants: [{ to: { function: 'checkout' } }] })
 */
export function defineConfig(config: FurlongConfig): FurlongConfig {
  return config
}
