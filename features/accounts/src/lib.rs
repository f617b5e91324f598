//! Users, roles, application passwords, login sessions.
