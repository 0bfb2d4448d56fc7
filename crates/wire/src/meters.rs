//! What is counted. A hub takes its meters when it starts: install the recorder before.

use metrics::{Counter, Gauge, counter, gauge};

pub(crate) struct Meters {
    /// Sockets open now.
    pub(crate) sockets: Gauge,
    /// Frames put into connections' queues.
    pub(crate) delivered: Counter,
    /// Times a connection had to read again: it was slow, or the bus lost something.
    pub(crate) resyncs: Counter,
    /// Connections closed because their client did not read.
    pub(crate) slow: Counter,
    /// Times parcels of another node were found missing, or a node fell silent.
    pub(crate) bus_gaps: Counter,
}

impl Meters {
    pub(crate) fn new() -> Self {
        Self {
            sockets: gauge!("zhike_sockets_open"),
            delivered: counter!("zhike_notes_delivered_total"),
            resyncs: counter!("zhike_resyncs_total"),
            slow: counter!("zhike_slow_clients_closed_total"),
            bus_gaps: counter!("zhike_bus_gaps_total"),
        }
    }
}
