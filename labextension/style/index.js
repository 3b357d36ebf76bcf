import './base.css';
import './controls.css';
import './submit.css';
import './run.css';
import './job.css';
import './log.css';
