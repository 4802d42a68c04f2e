/** Versions of Kuma, by which its policies differ. They are a setting too (`kuma.version`), so they stand in `config/`. */
export {
  type KumaVersion,
  kumaVersionDefault,
  kumaVersions,
  parseKumaVersion,
  since,
  until,
} from '../config/kuma-version.ts'
