//! The command line.

use clap::Parser;
use server::{
    config::{Cli, Command, Serve},
    http::{self, AppState},
    store::Store,
};
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("THROUGHLINE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let done = match Cli::parse().command {
        Command::Serve(options) => serve(options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("throughline: {error}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn serve(options: Serve) -> Result<(), Box<dyn std::error::Error>> {
    let store = Store::open(&options.data)?;
    let address = (options.host.clone(), options.port);
    let listener = tokio::net::TcpListener::bind(&address)
        .await
        .map_err(|error| format!("cannot listen on {}:{}: {error}", address.0, address.1))?;
    println!("Throughline listens on http://{}", listener.local_addr()?);
    http::serve(listener, AppState::new(store, options), asked_to_stop()).await;
    Ok(())
}

/// Returns when the person or the system asks the program to stop.
async fn asked_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        .expect("the signal can be listened to in a running runtime");
    tokio::select! {
        _ = interrupted => {}
        _ = terminated.recv() => {}
    }
}
