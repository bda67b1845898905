//! E4, E5, E7: joining a workspace, by an invitation link and by a personal one.
