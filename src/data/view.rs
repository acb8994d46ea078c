//! What is on the screen, as a versioned document.
