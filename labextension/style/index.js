import './base.css';
import './submit.css';
import './run.css';
