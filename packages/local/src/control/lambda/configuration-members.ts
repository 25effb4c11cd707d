import { description, notServed } from './members.ts'
import type { Member } from './operation.ts'

/** Architectures, which is reported back and decides nothing here. */
export const architectures: Member = {
  type: 'list',
  min: 1,
  max: 1,
  item: { values: ['x86_64', 'arm64'], required: true },
}

function isNoSnapStart(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every((one) => one === 'None')
}

/** The limits of the shared members, and what is refused unless it asks for what is done anyway. */
export const configurationMembers: Readonly<Record<string, Member>> = {
  Runtime: { type: 'string' },
  Role: {
    type: 'string',
    pattern: 'arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+',
  },
  Handler: { type: 'string', max: 128, pattern: '[^\\s]+' },
  Description: description,
  Timeout: { type: 'integer', min: 1, max: 900 },
  MemorySize: { type: 'integer', min: 128, max: 32_768 },
  Environment: { type: 'structure', members: { Variables: { type: 'map' } } },
  EphemeralStorage: {
    type: 'structure',
    members: { Size: { type: 'integer', required: true, min: 512, max: 10_240 } },
  },
  TracingConfig: {
    type: 'structure',
    members: { Mode: { type: 'string', values: ['Active', 'PassThrough'] } },
  },
  LoggingConfig: {
    type: 'structure',
    members: {
      LogFormat: { type: 'string', values: ['JSON', 'Text'] },
      ApplicationLogLevel: {
        type: 'string',
        values: ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'],
      },
      SystemLogLevel: { type: 'string', values: ['DEBUG', 'INFO', 'WARN'] },
      LogGroup: { type: 'string', min: 1, max: 512, pattern: '[\\.\\-_/#A-Za-z0-9]+' },
    },
  },
  SnapStart: notServed(isNoSnapStart),
  VpcConfig: notServed(),
  DeadLetterConfig: notServed(),
  KMSKeyArn: notServed(),
  Layers: notServed(),
  FileSystemConfigs: notServed(),
  ImageConfig: notServed(),
  CapacityProviderConfig: notServed(),
  DurableConfig: notServed(),
}
