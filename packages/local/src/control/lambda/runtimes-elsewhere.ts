/**
 * Runtimes that functions can be created with on Lambda, and the engine may not run.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
 */
export const knownElsewhere: ReadonlySet<string> = new Set([
  'nodejs16.x',
  'java8.al2',
  'java11',
  'java17',
  'java21',
  'java25',
  'python3.8',
  'dotnet6',
  'dotnet8',
  'dotnet10',
  'ruby3.2',
  'ruby3.3',
  'ruby3.4',
  'ruby4.0',
])

/** Runtimes that Lambda knows from the past: no function can be created with them. */
export const noLongerSupported: ReadonlySet<string> = new Set([
  'nodejs',
  'nodejs4.3',
  'nodejs4.3-edge',
  'nodejs6.10',
  'nodejs8.10',
  'nodejs10.x',
  'nodejs12.x',
  'nodejs14.x',
  'java8',
  'python2.7',
  'python3.6',
  'python3.7',
  'dotnetcore1.0',
  'dotnetcore2.0',
  'dotnetcore2.1',
  'dotnetcore3.1',
  'go1.x',
  'ruby2.5',
  'ruby2.7',
  'provided',
])
