"""What changes in the control plane when somebody is identified, called, or the audit is anchored."""
