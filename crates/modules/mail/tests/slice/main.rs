//! What the department and its customers rely on of mail.

mod boxes;
mod house;
mod oauth;
