def ContractTransport(inner):
    return inner
