/** The work report: its own form on a page, plans in time. */
import "./styles/report.css";
