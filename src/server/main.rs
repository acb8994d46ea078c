//! The command line.

use data::{
    export::{ExportFormat, ExportRequest, Exported},
    frame::RunSet,
};
use server::{
    config::{Cli, Command, Demo, Export, Serve},
    demo,
    http::{self, AppState},
    remote,
    store::{Store, clock::now_millis, experiments},
};
use std::{
    error::Error,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    path::Path,
    process::{self, ExitCode},
    time::Instant,
};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("THROUGHLINE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let done = match Cli::read().command {
        Command::Serve(options) => serve(options).await,
        Command::Demo(options) => serve_demo(options).await,
        Command::Export(options) => export(options).await,
        Command::Share(command) => remote::share(command).await,
        Command::Render(options) => remote::render(options).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("throughline: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(options: Serve) -> Result<(), Box<dyn Error>> {
    let store = Store::open(&options.data)?;
    let listener = listen(&options).await?;
    println!("Throughline listens on http://{}", listener.local_addr()?);
    http::serve(listener, AppState::new(store, options), asked_to_stop()).await;
    Ok(())
}

async fn serve_demo(options: Demo) -> Result<(), Box<dyn Error>> {
    if options.fill_only {
        return fill_demo(&Store::open(&options.serve.data)?, &options).await;
    }
    let listener = listen(&options.serve).await?;
    fill_demo_apart()?;
    let store = Store::open(&options.serve.data)?;
    let address = listener.local_addr()?;
    println!("The demo is open on http://{address}");
    let live = (!options.no_live).then(|| demo::live::Live::start(loopback(address)));
    let stop = async {
        asked_to_stop().await;
        if let Some(live) = live {
            live.stop().await;
        }
    };
    http::serve(listener, AppState::new(store, options.serve), stop).await;
    Ok(())
}

/// Writes what `options` ask for into their file, which is there whole or not at all.
async fn export(options: Export) -> Result<(), Box<dyn Error>> {
    let name = options.out.to_string_lossy();
    let format = ExportFormat::of_name(&name).ok_or(format!("{name} must end in .csv, .jsonl or .parquet"))?;
    let store = Store::open_to_read(&options.data)?;
    let experiment = options.experiment.clone();
    let found = store.read(move |db| experiments::by_name(db, &experiment)).await?;
    let found = found.ok_or(format!("there is no experiment {} in {}", options.experiment, options.data.display()))?;
    let run_set = RunSet { experiments: vec![found.eid.to_string()], filter: options.filter, ..RunSet::default() };
    let what = match options.points {
        true => Exported::Points { metrics: options.metrics },
        false => Exported::Runs { columns: options.columns, order_by: Vec::new() },
    };
    let export = server::export::Export::new(&store, ExportRequest { run_set, what, format }).await?;
    let runs = export.runs();
    let folder = options.out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let arriving = folder.join(format!(".throughline-{}.part", process::id()));
    let (file, runtime) = (std::fs::File::create(&arriving)?, tokio::runtime::Handle::current());
    let written = tokio::task::spawn_blocking(move || export.write(file, &runtime)).await?;
    if let Err(error) = written.and_then(|()| std::fs::rename(&arriving, &options.out)) {
        let _ = std::fs::remove_file(&arriving);
        return Err(error.into());
    }
    println!("{runs} runs in {}", options.out.display());
    Ok(())
}

/// Fills the demo's folder in a process of its own, so that the server does not keep the 200 MB that
/// filling takes for a moment.
fn fill_demo_apart() -> Result<(), Box<dyn Error>> {
    let program = std::env::current_exe()?;
    let status = process::Command::new(program).args(std::env::args_os().skip(1)).arg("--fill-only").status()?;
    if status.success() { Ok(()) } else { Err("the demo could not be filled".into()) }
}

/// Fills the demo's folder with what is not in it yet.
async fn fill_demo(store: &Store, options: &Demo) -> Result<(), Box<dyn Error>> {
    let (began, artifacts) = (Instant::now(), options.serve.artifacts());
    let mut filled = demo::fill::Filled::default();
    if !options.no_recordings {
        filled.add(demo::fill::fill(store, &artifacts, now_millis()).await?);
    }
    for &scale in &options.synthetic {
        filled.add(demo::synthetic::fill(store, &artifacts, scale).await?);
    }
    for &scale in &options.synthetic_long {
        filled.add(demo::synthetic::fill_long(store, &artifacts, scale).await?);
    }
    if filled.runs > 0 {
        let seconds = began.elapsed().as_secs_f32();
        println!("Filled in {} runs with {} metric points in {seconds:.1} s", filled.runs, filled.points);
    }
    Ok(())
}

/// Where this machine reaches what listens on `address`.
fn loopback(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    address
}

async fn listen(options: &Serve) -> Result<TcpListener, Box<dyn Error>> {
    let address = (options.host.as_str(), options.port);
    let bound = TcpListener::bind(address).await;
    bound.map_err(|error| format!("cannot listen on {}:{}: {error}", address.0, address.1).into())
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
