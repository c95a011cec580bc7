//! The embedded reference implementation: served on a thread of its own, reached over HTTP like
//! any other target.

use std::net::SocketAddr;

use refserver::{Config, Fault, Faults, Variant, Variants};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// Serves the reference on a thread of its own, as long as the process lives; returns its URL once
/// it listens.
pub(crate) fn start() -> std::io::Result<String> {
    spawn(|config| config, std::future::pending())
}

/// A reference on a thread of its own, which ends with the value.
pub(crate) struct Running {
    /// Where it is.
    pub(crate) url: String,
    /// Dropped, it says that the server is no longer wanted.
    _wanted: oneshot::Sender<()>,
}

/// Serves the reference, changed in some way, until the value is dropped.
pub(crate) fn start_as(change: impl FnOnce(Config) -> Config) -> std::io::Result<Running> {
    let (wanted, gone) = oneshot::channel::<()>();
    let url = spawn(change, async {
        let _ = gone.await;
    })?;
    Ok(Running { url, _wanted: wanted })
}

fn spawn(
    change: impl FnOnce(Config) -> Config,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<String> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let url = format!("http://{}", listener.local_addr()?);
    let config = change(Config::new(&url));
    std::thread::Builder::new().name("reference".to_owned()).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            tokio::select! {
                served = refserver::serve(TcpListener::from_std(listener)?, config) => served,
                () = stop => Ok(()),
            }
        })
    })?;
    Ok(url)
}

/// Serves the reference here until the process ends.
pub(crate) async fn serve(
    listen: SocketAddr,
    faults: &[String],
    variants: &[String],
    ready: impl FnOnce(&str),
) -> anyhow::Result<()> {
    let faults = faults.iter().map(|id| find(id, Fault::from_id(id), &fault_ids()));
    let faults: Vec<Fault> = faults.collect::<anyhow::Result<_>>()?;
    let variants = variants.iter().map(|id| find(id, Variant::from_id(id), &variant_ids()));
    let variants: Vec<Variant> = variants.collect::<anyhow::Result<_>>()?;
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| anyhow::anyhow!("cannot listen on {listen}: {error}"))?;
    let url = format!("http://{}", listener.local_addr()?);
    let mut config = Config::new(&url);
    config.faults = faults.into_iter().collect::<Faults>();
    config.variants = variants.into_iter().collect::<Variants>();
    ready(&url);
    refserver::serve(listener, config).await?;
    Ok(())
}

fn find<T>(id: &str, found: Option<T>, ids: &[&str]) -> anyhow::Result<T> {
    found.ok_or_else(|| {
        let closest = runner::pattern::closest(id, ids.iter().copied());
        let hint = closest.map(|id| format!("; did you mean {id:?}?")).unwrap_or_default();
        anyhow::anyhow!("there is no {id:?}{hint}")
    })
}

fn fault_ids() -> Vec<&'static str> {
    Fault::ALL.iter().map(|fault| fault.id()).collect()
}

fn variant_ids() -> Vec<&'static str> {
    Variant::ALL.iter().map(|variant| variant.id()).collect()
}
