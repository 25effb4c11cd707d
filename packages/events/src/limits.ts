/**
 * The largest event Lambda takes, in bytes of its JSON.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const maxEventBytes = 6_291_456

/** The largest buffered result Lambda takes, in bytes of its JSON: 6 MiB and 100 bytes, as AWS's emulator of the runtime has it. */
export const maxResultBytes = 6_291_556
