import type { Member } from './operation.ts'
import { notServed } from './members.ts'

/** Members of a configuration that CreateFunction and UpdateFunctionConfiguration share. */
export interface ConfigurationInput {
  readonly Runtime?: string
  readonly Role?: string
  readonly Handler?: string
  readonly Description?: string
  readonly Timeout?: number
  readonly MemorySize?: number
  readonly Environment?: { readonly Variables?: Readonly<Record<string, string>> }
}

/** Architectures, which is reported back and decides nothing here. */
export const architectures: Member = {
  type: 'list',
  min: 1,
  max: 1,
  item: { values: ['x86_64', 'arm64'], required: true },
}

function hasOnly(member: string, wanted: unknown): (value: unknown) => boolean {
  return (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(value).every(([name, given]) => name === member && given === wanted)
}

/** The limits of the shared members, and what is refused unless it asks for what is done anyway. */
export const configurationMembers: Readonly<Record<string, Member>> = {
  Runtime: { type: 'string' },
  Role: {
    type: 'string',
    pattern: 'arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+',
  },
  Handler: { type: 'string', max: 128, pattern: '[^\\s]+' },
  Description: { type: 'string', max: 256 },
  Timeout: { type: 'integer', min: 1, max: 900 },
  MemorySize: { type: 'integer', min: 128, max: 10_240 },
  Environment: { type: 'structure', members: { Variables: { type: 'map' } } },
  EphemeralStorage: notServed(hasOnly('Size', 512)),
  TracingConfig: notServed(hasOnly('Mode', 'PassThrough')),
  SnapStart: notServed(hasOnly('ApplyOn', 'None')),
  LoggingConfig: notServed(hasOnly('LogFormat', 'Text')),
  VpcConfig: notServed(),
  DeadLetterConfig: notServed(),
  KMSKeyArn: notServed(),
  Layers: notServed(),
  FileSystemConfigs: notServed(),
  ImageConfig: notServed(),
  CapacityProviderConfig: notServed(),
  DurableConfig: notServed(),
}
