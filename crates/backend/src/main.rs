//! The reference backend as a program: reads its flags, starts, says where it is, and ends in order.

mod flags;

use std::io::Write;
use std::process::ExitCode;

use daemun_backend::{Log, Sandbox, Server, seeds, start};
use flags::Flags;

#[tokio::main]
async fn main() -> ExitCode {
    // Each connection is a file, and there may be more of them than a process is let have before it asks.
    let _ = rlimit::increase_nofile_limit(rlimit::INFINITY);
    let config = match flags::read(lexopt::Parser::from_env()) {
        Ok(Flags::Run(config)) => *config,
        Ok(Flags::Help) => {
            println!("{}", flags::HELP);
            return ExitCode::SUCCESS;
        }
        Err(refused) => {
            eprintln!("daemun-backend: {refused}\n\n{}", flags::HELP);
            return ExitCode::from(2);
        }
    };
    let (sandbox, log) = (config.sandbox, config.log.clone());
    let server = match start(config).await {
        Ok(server) => server,
        Err(refused) => {
            eprintln!("daemun-backend: {refused}");
            return ExitCode::FAILURE;
        }
    };
    greet(&server, sandbox);
    wait_for_end(&log).await;
    server.stop().await;
    ExitCode::SUCCESS
}

fn greet(server: &Server, sandbox: Sandbox) {
    let origin = server.origin();
    let mut lines = vec![format!("Daemun is at {origin}/")];
    match sandbox {
        Sandbox::Off => {}
        Sandbox::On => {
            lines.push(format!("Sandbox:     {origin}/sandbox/  (mail, accounts, clock)"));
            if let Some(account) = seeds().iter().find(|account| account.workspace.is_some()) {
                let workspace = account.workspace.unwrap_or_default();
                lines.push(format!("Try:         {}  password in {workspace}: {}", account.email, account.password));
            }
        }
    }
    let mut out = std::io::stdout().lock();
    for line in lines {
        // Whoever started this may not be listening.
        let _ = writeln!(out, "{line}");
    }
}

/// Returns at SIGINT or SIGTERM.
async fn wait_for_end(log: &Log) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let terminated = async {
            match signal(SignalKind::terminate()) {
                Ok(mut terminate) => drop(terminate.recv().await),
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! { _ = tokio::signal::ctrl_c() => {}, () = terminated => {} }
    }
    #[cfg(not(unix))]
    drop(tokio::signal::ctrl_c().await);
    log.line("stopping");
}
