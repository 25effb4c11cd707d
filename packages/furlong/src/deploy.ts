import { deploy as deployWithHost, type Deployment, type DeployOptions, type Target } from '@furlong/aws'
import { findHostModule } from './host-module.ts'

/**
 * Deploys an application as `deploy` of `@furlong/aws` does, with furlong's own `@furlong/host` for a project that has none: not every
 * package manager lets a project import what its dependencies depend on.
 * @param target the account
 * @param options what, and how
 * @returns what is there now
 * @throws {AwsError} as `deploy` of `@furlong/aws`
 */
export function deploy(target: Target, options: DeployOptions): Promise<Deployment> {
  return deployWithHost(target, { hostModule: findHostModule(), ...options })
}
