/** Published example keys, for servers of the benchmark's own that nobody else can reach. */
export const benchCredentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
} as const

export const benchRegion = 'us-east-1'
