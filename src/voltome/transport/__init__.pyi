from .network import extract_network, measure_pores, measure_throats
from .network_transport import network_transport

__all__ = ["extract_network", "measure_pores", "measure_throats", "network_transport"]
