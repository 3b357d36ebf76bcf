import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReactElement } from 'react';

import type { Component, JobView } from '../answers';
import { Link } from '../button';
import { nameOfComponent } from '../component';
import { count, size } from '../format';
import { State } from '../state';

interface IProps {
  job: JobView;
  components: readonly Component[];
  onOpen: (id: string) => void;
  trans: TranslationBundle;
}

/** What a heterogeneous job is made of; each component opens a view of its own. */
export function Components({ job, components, onOpen, trans }: IProps): ReactElement {
  return (
    <div className="jsa-Tasks">
      <div className="jsa-Tasks-list">
        <table>
          <thead>
            <tr>
              <th scope="col">{trans.__('Component')}</th>
              <th scope="col">{trans.__('State')}</th>
              <th scope="col">{trans.__('Partition')}</th>
              <th scope="col">{trans.__('Nodes')}</th>
              <th scope="col">{trans.__('CPUs')}</th>
              <th scope="col">{trans.__('Memory')}</th>
              <th scope="col">{trans.__('Generic resources')}</th>
            </tr>
          </thead>
          <tbody>
            {components.map(component => {
              const name = nameOfComponent(job, component);
              return (
                <tr key={name}>
                  <th scope="row">
                    <Link onClick={() => onOpen(name)}>{name}</Link>
                  </th>
                  <td>
                    <State state={component.status} />
                  </td>
                  <td>{component.partition}</td>
                  <td>{component.node_list ?? component.nodes}</td>
                  <td>{component.cpus !== null && count(component.cpus)}</td>
                  <td>{component.memory !== null && size(component.memory)}</td>
                  <td>{component.gres}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </div>
  );
}
