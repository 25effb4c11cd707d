export { renderPlan, type Home, type RenderedPlan } from './fix.ts'
export { listFixes, renderRecord, renderRefusal, renderRefusalLine } from './record.ts'
