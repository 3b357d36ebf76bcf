import type { ParameterValue, TemplateSpec } from '../answers';
import { valueOf, withFlag, withOption } from './editing';
import { isOption } from './sbatch';

/** What a form may be filled with: a job's or a template's spec, of which anything may be missing. */
export type Filling = Partial<TemplateSpec>;

/** A script with all that a spec says beside it written into its lines, where it wins as it would. */
export function filled(script: string, spec: Filling): string {
  for (const [name, value] of Object.entries(spec.parameters ?? {})) {
    script = isOption(name) ? withParameter(script, name, value) : script;
  }
  script = spec.name ? withOption(script, 'job-name', spec.name) : script;
  return spec.work_dir ? withOption(script, 'chdir', spec.work_dir) : script;
}

/** The script of a file as sbatch would take it there: named like it, and run beside it. */
export function asFile(text: string, path: string): string {
  const script = text.replace(/\r\n/g, '\n'); // which sbatch refuses
  const [directory, name] = split(path);
  const named = valueOf(script, 'job-name') ? script : withOption(script, 'job-name', name);
  return directory === '' || valueOf(script, 'chdir')
    ? named
    : withOption(named, 'chdir', directory);
}

function withParameter(script: string, name: string, value: ParameterValue): string {
  if (value === null || value === false) {
    return script; // the option is left out, and the script's own line counts
  }
  if (value === true) {
    return withFlag(script, name);
  }
  return withOption(script, name, Array.isArray(value) ? value.join(',') : String(value));
}

function split(path: string): [string, string] {
  const slash = path.lastIndexOf('/');
  return [path.slice(0, Math.max(0, slash)), path.slice(slash + 1)];
}
